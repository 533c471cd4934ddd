// Package sheet reads and writes the spreadsheets that people arrive and leave in.
//
// It owns the bytes: character sets, delimiters, quotation marks, limits, the
// headers of other products' exports, the verdict on every row, and the files
// that go back to Excel. It reads in one pass and in constant memory, but for a
// hash of every id, by which it finds duplicates.
//
// It never opens a file, never knows which people are already here, and never
// decides what is done with a row.
package sheet
