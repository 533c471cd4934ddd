package view

// importSteps are the steps of an import, without addresses.
func importSteps(id string) []Link {
	return []Link{{"Upload", "/users/import"}, {"Columns", string(path("users", "import", id, "columns"))}, {"Preview", ""}, {"Result", ""}}
}

// ImportUpload is where a CSV file is given.
type ImportUpload struct {
	Page  Page
	Error string
}

// ImportMapping says which column of the file is what.
type ImportMapping struct {
	Page       Page
	ID         string
	File       string // its name
	Recognized string // "Google Workspace export", "" if the mapping is a guess
	Facts      []Fact // encoding, separator, rows
	Columns    []MappedColumn
	Error      string
}

// MappedColumn is one column of the file.
type MappedColumn struct {
	Header  string
	Index   int
	Samples []string
	Targets []Choice // what it may be; "" means: leave out
}

// ImportPreview shows what an import would do.
type ImportPreview struct {
	Page    Page
	ID      string
	File    string
	Totals  ImportTotals
	Filters []Choice // Value is the address, Hint the count
	Rows    []ImportRow
	Pager   Pager
}

// ImportTotals counts rows by verdict.
type ImportTotals struct{ New, Changed, Unchanged, Failed int }

// Due is the number of rows that will be written.
func (t ImportTotals) Due() int { return t.New + t.Changed }

// ImportRow is one row with its verdict.
type ImportRow struct {
	Number  int
	Name    string
	Email   string
	Verdict string // "new", "changed", "unchanged", "failed"
	Reason  string
	Changes []Change
}

func (r ImportRow) tone() Tone {
	switch r.Verdict {
	case "new":
		return Good
	case "changed":
		return Info
	case "failed":
		return Bad
	default:
		return Neutral
	}
}

// ImportRun is an import under way or done.
type ImportRun struct {
	Page   Page
	ID     string
	Line   TaskLine
	Totals ImportTotals
	Failed string // address of the CSV with the failed rows, "" if none failed
}

func failedRows(n int) string {
	if n == 1 {
		return "The failed row is"
	}
	return "The " + number(n) + " failed rows are"
}
