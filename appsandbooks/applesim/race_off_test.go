//go:build !race

package applesim_test

// manyUsers is how many users TestFullSize seeds: fewer when watched for races, which
// is ten times slower; scripts/test runs it both ways.
const manyUsers = 1_000_000
