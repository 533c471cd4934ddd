// Package console is the door for administrators who use a browser.
//
// It owns how a request becomes a view's struct and how a view becomes an
// answer. It never decides anything: services do, and it never speaks to a
// database, to Apple or to a mail server.
package console
