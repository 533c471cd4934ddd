// Package metrics is the door at which Prometheus reads this server's numbers.
//
// It owns the names and meanings of the numbers, and the counters that rooms
// tell it of. It never shows anything about one person: no id, no address, no
// secret is a label.
package metrics
