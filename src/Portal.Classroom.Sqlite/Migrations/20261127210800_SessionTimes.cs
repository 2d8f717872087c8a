using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Classroom.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class SessionTimes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "SessionEndsAt",
                table: "Enrolments",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "SessionLength",
                table: "Classes",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "SessionEndsAt",
                table: "Enrolments");

            migrationBuilder.DropColumn(
                name: "SessionLength",
                table: "Classes");
        }
    }
}
