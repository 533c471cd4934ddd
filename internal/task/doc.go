// Package task lets administrators watch pieces of work, cancel them, and try
// again what failed.
//
// It owns the view on tasks, not the work: each kind of task is begun and done
// by its own room. It never writes anything about a person.
package task
