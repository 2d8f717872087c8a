using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Portal.Classroom.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Platforms : Migration
    {
        private static readonly string[] s_lesson = ["LearnerId", "CourseId", "LessonId"];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "PlatformClasses",
                columns: table => new
                {
                    ContextKey = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    CourseId = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    LessonId = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    ClassId = table.Column<string>(type: "character varying(128)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PlatformClasses", x => new { x.ContextKey, x.CourseId, x.LessonId });
                    table.ForeignKey(
                        name: "FK_PlatformClasses_Classes_ClassId",
                        column: x => x.ClassId,
                        principalTable: "Classes",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "PlatformScores",
                columns: table => new
                {
                    Id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    PlatformKey = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    LearnerId = table.Column<string>(type: "character varying(128)", nullable: false),
                    ClassId = table.Column<string>(type: "character varying(128)", nullable: false),
                    CourseId = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    LessonId = table.Column<string>(type: "character varying(128)", maxLength: 128, nullable: false),
                    UserId = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false),
                    LineItem = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: false),
                    Done = table.Column<int>(type: "integer", nullable: false),
                    Total = table.Column<int>(type: "integer", nullable: false),
                    SentDone = table.Column<int>(type: "integer", nullable: false),
                    SentTotal = table.Column<int>(type: "integer", nullable: false),
                    Stamp = table.Column<long>(type: "bigint", nullable: false),
                    NextAt = table.Column<long>(type: "bigint", nullable: false),
                    Failures = table.Column<int>(type: "integer", nullable: false),
                    Problem = table.Column<string>(type: "character varying(500)", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PlatformScores", x => x.Id);
                    table.ForeignKey(
                        name: "FK_PlatformScores_Classes_ClassId",
                        column: x => x.ClassId,
                        principalTable: "Classes",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_PlatformScores_Learners_LearnerId",
                        column: x => x.LearnerId,
                        principalTable: "Learners",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_PlatformClasses_ClassId",
                table: "PlatformClasses",
                column: "ClassId");

            migrationBuilder.CreateIndex(
                name: "IX_PlatformScores_ClassId",
                table: "PlatformScores",
                column: "ClassId");

            migrationBuilder.CreateIndex(
                name: "IX_PlatformScores_LearnerId_CourseId_LessonId",
                table: "PlatformScores",
                columns: s_lesson);

            migrationBuilder.CreateIndex(
                name: "IX_PlatformScores_PlatformKey",
                table: "PlatformScores",
                column: "PlatformKey");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "PlatformClasses");

            migrationBuilder.DropTable(
                name: "PlatformScores");
        }
    }
}
