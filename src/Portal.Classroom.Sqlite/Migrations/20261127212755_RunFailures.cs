using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Classroom.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class RunFailures : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "RunFailures",
                columns: table => new
                {
                    LearnerId = table.Column<string>(type: "TEXT", nullable: false),
                    CourseId = table.Column<string>(type: "TEXT", nullable: false),
                    LessonId = table.Column<string>(type: "TEXT", nullable: false),
                    BlockId = table.Column<string>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    SectionId = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey(
                        "PK_RunFailures",
                        x => new { x.LearnerId, x.CourseId, x.LessonId, x.BlockId, x.At });
                });

            migrationBuilder.CreateIndex(
                name: "IX_RunFailures_CourseId_LessonId",
                table: "RunFailures",
                columns: new[] { "CourseId", "LessonId" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RunFailures");
        }
    }
}
