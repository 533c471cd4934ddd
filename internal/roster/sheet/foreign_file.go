package sheet

import (
	"bytes"

	"github.com/rsvpp/rsvpp/internal/vpp"
)

// foreign recognizes what is often sent in place of a CSV file, and says how
// to get from there to one.
func foreign(head []byte) *vpp.Error {
	starts := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	text := bytes.ToLower(bytes.TrimLeft(head[:min(len(head), 512)], "\xEF\xBB\xBF \t\r\n"))
	say := func(sentence string) *vpp.Error { return vpp.Errorf(vpp.Invalid, "%s", sentence) }
	switch {
	case len(head) == 0:
		return say("The file is empty: export it again, with a header in the first row and one person in each row beneath.")
	case starts("PK\x03\x04") && bytes.Contains(head, []byte("xl/")):
		return say("This is an Excel workbook: open it in Excel and save it as CSV UTF-8.")
	case starts("PK\x03\x04") && bytes.Contains(head, []byte("opendocument.spreadsheet")):
		return say("This is an OpenDocument spreadsheet: open it and save it as CSV in UTF-8.")
	case starts("PK\x03\x04") && bytes.Contains(head, []byte(".iwa")):
		return say("This is a Numbers document: open it in Numbers and export it as CSV in UTF-8.")
	case starts("PK\x03\x04") || starts("PK\x05\x06"):
		return say("This is a ZIP archive or an office document: unpack it, and choose the CSV file, or save it as CSV UTF-8.")
	case starts("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"):
		return say("This is an old Excel workbook (.xls): open it in Excel and save it as CSV UTF-8.")
	case starts("%PDF-"):
		return say("This is a PDF document: export the list as CSV UTF-8 from the program that made it.")
	case starts("\x1F\x8B"):
		return say("This file is compressed (gzip): unpack it and choose the CSV file.")
	case bytes.HasPrefix(text, []byte("<!doctype html")) || bytes.HasPrefix(text, []byte("<html")):
		return say("This is a web page, perhaps a sign-in page that was saved in place of the file: sign in there and export the CSV file again.")
	case bytes.HasPrefix(text, []byte("<?xml")):
		return say("This is an XML file: save or export it as CSV UTF-8.")
	case isBinary(head):
		return say("This is not a text file: save or export the list as CSV UTF-8.")
	}
	return nil
}

// isBinary reports whether more than a tenth of the bytes are such as no text
// has. Some NUL bytes alone only cost the rows they are in.
func isBinary(head []byte) bool {
	if _, wide := wideOf(head); wide || bytes.HasPrefix(head, []byte("\xFF\xFE")) || bytes.HasPrefix(head, []byte("\xFE\xFF")) {
		return false
	}
	odd := 0
	for _, c := range head {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' {
			odd++
		}
	}
	return odd*10 > len(head)
}
