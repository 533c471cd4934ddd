//go:build !race

package sheet_test

// longLine is how long the line of TestFullSize is: shorter when watched for races,
// which is ten times slower; scripts/test runs it both ways.
const longLine = 200 << 20
