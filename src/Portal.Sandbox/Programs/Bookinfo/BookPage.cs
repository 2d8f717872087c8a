using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs.Bookinfo;

/// <summary>The book's page. Markers that people grep for (title, pod name, star ids) are those of the original; the look is ours.</summary>
internal static class BookPage
{
    private const string Style = """
        <style>
        :root{color-scheme:light dark;--bg:#f6f8fb;--card:#fff;--text:#17212e;--muted:#4b596b;--line:#d5dce6;--accent:#2952cc}
        @media(prefers-color-scheme:dark){:root{--bg:#0e131a;--card:#151c26;--text:#e7ecf3;--muted:#a9b5c5;--line:#2b3646;--accent:#8cadff}}
        body{margin:0;background:var(--bg);color:var(--text);font:16px/1.6 system-ui,sans-serif}
        header{background:var(--card);border-bottom:1px solid var(--line);padding:12px 24px;display:flex;justify-content:space-between;align-items:center}
        main{max-width:960px;margin:24px auto;padding:0 24px;display:grid;gap:16px}
        section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:20px}
        h1{font-size:28px;margin:0 0 8px}h2{font-size:18px;margin:0 0 12px}dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:0}dt{color:var(--muted)}dd{margin:0}
        blockquote{margin:0 0 16px;padding-left:12px;border-left:3px solid var(--line)}small,.muted{color:var(--muted)}svg{width:20px;height:20px;fill:currentColor}
        .text-black-500{color:var(--text)}.text-red-500{color:#d3222b}.error{color:#b4232a}form{display:flex;gap:8px}input,button{font:inherit;padding:4px 10px;border-radius:6px;border:1px solid var(--line);background:var(--bg);color:inherit}a{color:var(--accent)}
        </style>
        """;

    public static string Index() => $"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>Simple Bookstore App</title>{Style}</head>\n<body><main><section><h1>Hello! This is a simple bookstore application consisting of three services</h1><p><a href=\"/productpage\">Product page</a></p></section></main></body></html>\n";

    public static string Render(string? user, HttpReply details, HttpReply reviews)
    {
        var html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Simple Bookstore App</title>\n").Append(Style).Append("</head>\n<body>\n<header><strong>BookInfo Sample</strong>");
        if (user is null) html.Append("<form method=\"post\" action=\"/login\"><input name=\"username\" aria-label=\"User name\" placeholder=\"User name\"><input name=\"passwd\" type=\"password\" aria-label=\"Password\" placeholder=\"Password\"><button>Sign in</button></form>");
        else html.Append("<span>").Append(WebUtility.HtmlEncode(user)).Append(" (<a href=\"/logout\">sign out</a>)</span>");
        html.Append("</header>\n<main>\n<section><h1>The Comedy of Errors</h1><p class=\"muted\">One of William Shakespeare's early plays: two pairs of twins, one city, and many mistakes.</p></section>\n<section>\n");
        AppendDetails(html, details);
        html.Append("</section>\n<section>\n");
        AppendReviews(html, reviews);
        return html.Append("</section>\n</main>\n</body>\n</html>\n").ToString();
    }

    private static void AppendDetails(StringBuilder html, HttpReply reply)
    {
        if (reply.Status != 200)
        {
            html.Append("<h2 class=\"error\">Error fetching product details!</h2>\n<p>Sorry, product details are currently unavailable for this book.</p>\n");
            return;
        }
        html.Append("<h2>Book Details</h2>\n<dl>\n");
        foreach (var (name, value) in JsonNode.Parse(reply.Body.Span) as JsonObject ?? [])
            if (name != "id") html.Append("<dt>").Append(name).Append("</dt><dd>").Append(WebUtility.HtmlEncode(value?.ToString())).Append("</dd>\n");
        html.Append("</dl>\n");
    }

    private static void AppendReviews(StringBuilder html, HttpReply reply)
    {
        if (reply.Status != 200)
        {
            html.Append("<h2 class=\"error\">Error fetching product reviews!</h2>\n<p>Sorry, product reviews are currently unavailable for this book.</p>\n");
            return;
        }
        var body = JsonNode.Parse(reply.Body.Span);
        html.Append("<h2>Book Reviews</h2>\n");
        foreach (var review in body.Objects("reviews"))
        {
            html.Append("<blockquote>").Append(WebUtility.HtmlEncode(review.Str("text"))).Append("<br><small>").Append(review.Str("reviewer")).Append("</small>\n");
            if (review.Num("rating", "stars") is { } stars)
            {
                html.Append("<p>");
                for (var i = 0; i < stars; i++)
                    html.Append("<svg id=\"glyphicon glyphicon-star\" class=\"text-").Append(review.Str("rating", "color")).Append("-500\" viewBox=\"0 0 20 20\"><path d=\"M10 1l2.8 5.9 6.2.8-4.6 4.4 1.2 6.4L10 15.4 4.4 18.5l1.2-6.4L1 7.7l6.2-.8z\"/></svg>\n");
                html.Append("</p>\n");
            }
            else if (review.Str("rating", "error") is { } error) html.Append("<p class=\"error\"><i>").Append(error).Append("</i></p>\n");
            html.Append("</blockquote>\n");
        }
        html.Append("<p class=\"muted\">Reviews served by: <u>").Append(WebUtility.HtmlEncode(body.Str("podname"))).Append("</u></p>\n");
    }
}
