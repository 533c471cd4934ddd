package mail

import (
	"html"
	"strings"
)

// htmlFromText makes a plain HTML part out of a text: paragraphs, line breaks,
// and the person's link made to be clicked. Everything else stays text.
func htmlFromText(text, link string) string {
	var out strings.Builder
	out.Grow(2*len(text) + 512)
	out.WriteString(htmlHead)
	for paragraph := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		paragraph = strings.Trim(paragraph, "\n")
		if paragraph == "" {
			continue
		}
		safe := html.EscapeString(paragraph)
		if isWebLink(link) {
			address := html.EscapeString(link)
			safe = strings.ReplaceAll(safe, address, `<a href="`+address+`">`+address+`</a>`)
		}
		out.WriteString("<p>" + strings.ReplaceAll(safe, "\n", "<br>\n") + "</p>\n")
	}
	out.WriteString(htmlFoot)
	return out.String()
}

// isWebLink keeps javascript: and its like from becoming something to click.
func isWebLink(link string) bool {
	return strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")
}

const (
	htmlHead = `<!doctype html>
<html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><meta name="viewport" content="width=device-width"></head>
<body style="margin:0;padding:24px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif">
<div style="max-width:560px;margin:0 auto">
`
	htmlFoot = "</div>\n</body></html>\n"
)
