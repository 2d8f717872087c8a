using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Classroom.PostgreSql.Migrations
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
                    LearnerId = table.Column<string>(type: "text", nullable: false),
                    CourseId = table.Column<string>(type: "text", nullable: false),
                    LessonId = table.Column<string>(type: "text", nullable: false),
                    BlockId = table.Column<string>(type: "text", nullable: false),
                    At = table.Column<long>(type: "bigint", nullable: false),
                    SectionId = table.Column<string>(type: "text", nullable: false)
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
