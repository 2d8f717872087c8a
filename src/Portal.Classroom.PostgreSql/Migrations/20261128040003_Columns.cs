using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Classroom.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Columns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ScoreProblem",
                table: "PlatformClasses",
                type: "character varying(500)",
                maxLength: 500,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "LineItems",
                table: "PlatformScores",
                type: "character varying(2000)",
                maxLength: 2000,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "LinkId",
                table: "PlatformScores",
                type: "character varying(255)",
                maxLength: 255,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Title",
                table: "PlatformScores",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ScoreProblem",
                table: "PlatformClasses");

            migrationBuilder.DropColumn(
                name: "LineItems",
                table: "PlatformScores");

            migrationBuilder.DropColumn(
                name: "LinkId",
                table: "PlatformScores");

            migrationBuilder.DropColumn(
                name: "Title",
                table: "PlatformScores");
        }
    }
}
