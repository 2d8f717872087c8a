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
        :root{color-scheme:light dark;--bg:#f6f8fb;--card:#fff;--text:#17212e;--muted:#4b596b;--line:#d5dce6;--control:#7a8798;--accent:#2952cc;--bad:#b4232a}
        @media(prefers-color-scheme:dark){:root{--bg:#0e131a;--card:#151c26;--text:#e7ecf3;--muted:#a9b5c5;--line:#2b3646;--control:#6c7a8e;--accent:#8cadff;--bad:#ff9090}}
        *{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--text);font:16px/1.6 system-ui,sans-serif}
        header{background:var(--card);border-bottom:1px solid var(--line);padding:12px 24px;display:flex;flex-wrap:wrap;gap:12px;justify-content:space-between;align-items:center}
        main{max-width:960px;margin:24px auto;padding:0 24px;display:grid;gap:16px}
        section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:20px;min-width:0}section>:last-child{margin-bottom:0}
        h1{font-size:28px;line-height:1.3;margin:0 0 8px}h2{font-size:18px;margin:0 0 12px}p{margin:0 0 12px}dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:4px 16px;margin:0}dt{color:var(--muted)}dd{margin:0}
        blockquote{margin:0 0 16px;padding-left:12px;border-left:3px solid var(--line)}blockquote p{margin:4px 0 0}small,.muted{color:var(--muted)}u{overflow-wrap:anywhere}svg{width:20px;height:20px;fill:currentColor}
        .text-black-500{color:var(--text)}.text-red-500{color:var(--bad)}.error{color:var(--bad)}form{display:flex;flex-wrap:wrap;gap:8px}input,button{font:inherit;padding:4px 10px;border-radius:6px;border:1px solid var(--control);background:var(--bg);color:inherit;max-width:100%}button{cursor:pointer}a{color:var(--accent)}
        :focus-visible{outline:2px solid var(--accent);outline-offset:2px}@media(max-width:600px){header{padding:12px 16px}main{padding:0 12px;margin:12px auto}section{padding:16px}header form{width:100%}header input{flex:1 1 120px;min-width:0}}
        </style>
        """;

    public static string Index() => $"<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><link rel=\"icon\" href=\"data:,\"><title>Simple Bookstore App</title>{Style}</head>\n<body><main><section><h1>Hello! This is a simple bookstore application consisting of three services</h1><p><a href=\"/productpage\">Product page</a></p></section></main></body></html>\n";

    public static string Render(string? user, HttpReply details, HttpReply reviews)
    {
        var html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n<title>Simple Bookstore App</title>\n").Append(Style).Append("</head>\n<body>\n<header><strong>BookInfo Sample</strong>");
        if (user is null) html.Append("<form method=\"post\" action=\"/login\"><input name=\"username\" autocomplete=\"username\" aria-label=\"User name\" placeholder=\"User name\"><input name=\"passwd\" type=\"password\" autocomplete=\"off\" aria-label=\"Password\" placeholder=\"Password\"><button>Sign in</button></form>");
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
            if (name != "id") html.Append("<dt>").Append(WebUtility.HtmlEncode(name)).Append("</dt><dd>").Append(WebUtility.HtmlEncode(value?.ToString())).Append("</dd>\n");
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
            html.Append("<blockquote>").Append(WebUtility.HtmlEncode(review.Str("text"))).Append("<br><small>").Append(WebUtility.HtmlEncode(review.Str("reviewer"))).Append("</small>\n");
            if (review.Num("rating", "stars") is { } stars)
            {
                html.Append("<p role=\"img\" aria-label=\"").Append(stars).Append(" of 5 stars, ").Append(WebUtility.HtmlEncode(review.Str("rating", "color"))).Append("\">");
                for (var i = 0; i < stars; i++)
                    html.Append("<svg id=\"glyphicon glyphicon-star\" class=\"text-").Append(WebUtility.HtmlEncode(review.Str("rating", "color"))).Append("-500\" aria-hidden=\"true\" viewBox=\"0 0 20 20\"><path d=\"M10 1l2.8 5.9 6.2.8-4.6 4.4 1.2 6.4L10 15.4 4.4 18.5l1.2-6.4L1 7.7l6.2-.8z\"/></svg>\n");
                html.Append("</p>\n");
            }
            else if (review.Str("rating", "error") is { } error) html.Append("<p class=\"error\"><i>").Append(WebUtility.HtmlEncode(error)).Append("</i></p>\n");
            html.Append("</blockquote>\n");
        }
        html.Append("<p class=\"muted\">Reviews served by: <u>").Append(WebUtility.HtmlEncode(body.Str("podname"))).Append("</u></p>\n");
    }
}
