package arch

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// rows are the rows of the list of features that the main job, Apple's truth
// and devices are made of, as far as each is shown. A row is shown by a test
// that carries its id.
const rows = `
	S0-01 S0-02 S0-03 S0-04 S0-05 S0-06 S0-07 S0-08 S0-09 S0-10 S0-11 S0-12 S0-13
	S0-14 S0-15 S0-16 S0-17 S0-18 S0-19 S0-20 S0-21 S0-22 S0-23
	S1-01 S1-05 S1-07 S1-08 S1-09 S1-10 S1-11 S1-12 S1-13 S1-14 S1-15 S1-16
	S1-17 S1-18 S1-19 S1-20 S1-21 S1-22
	S2-01 S2-02 S2-03 S2-04 S2-05 S2-06 S2-07 S2-08 S2-09 S2-10 S2-11 S2-12
	S3-01 S3-02 S3-03 S3-04 S3-05 S3-06 S3-07 S3-08 S3-09 S3-10 S3-11 S3-12
	S3-13 S3-14 S3-15 S3-16 S3-17 S3-18 S3-19
	S4-01 S4-05 S4-06 S4-11 S4-17 S4-18 S4-19 S4-20 S4-21 S4-22 S4-23
	F-01 F-02 F-06 F-07 F-08 F-09 F-10 F-11 F-12 F-14 F-15 F-20
	F-21 F-23 F-24 F-28 F-33 F-36 F-37 F-38 F-39 F-40 F-42 F-46
	F-47 F-48 F-49 F-50 F-51 F-52 F-53 F-54 F-55 F-56 F-57 F-58 F-59
	F-60 F-63 F-69 F-70
	F-80 F-81 F-85 F-86 F-87
`

func TestRowsAreShown(t *testing.T) {
	shown := map[string]bool{}
	id := regexp.MustCompile(`\b(?:S\d|F)-\d\d\b`)
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "rows_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, found := range id.FindAllString(string(text), -1) {
			shown[found] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for row := range strings.FieldsSeq(rows) {
		if !shown[row] {
			t.Errorf("%s stands in no test: put it beside the assertion that shows it", row)
		}
	}
}
