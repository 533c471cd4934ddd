// Package console is the door for administrators who use a browser.
//
// It owns how a request becomes a view's struct and how a view becomes an
// answer. It never decides anything: services do, and it never speaks to a
// database, to Apple or to a mail server.
//
// Every page works as plain links and forms. The modules in static make it
// lively by these attributes alone:
//
//	data-region="ADDRESS"   a region that can be fetched alone: X-Fragment names its id; "" is the page's own address
//	data-topics="a b"       fetched anew when /events?topics=… sends "event: changed" with a topic in its data
//	data-swap="ID"          a link or form whose answer takes the place of region ID; data-push="none" or "replace"
//	data-plain              a submit button that leaves the page although its form swaps
//	data-search             a form that sends itself while somebody types
//	data-selection          a list's form: boxes named user with data-can="invite sync", acts with data-needs="invite"
//	data-confirm="ID"       a submit button that opens dialog ID first; data-close closes it
//	data-copy="TEXT"        a button that copies
//	data-drop               a place that takes a dropped file for the field within
//	data-row, data-row-link what j, k, x and Enter work on besides table rows
package console
