// Package e2e runs the real rsvpp from the outside: its commands by scripts in
// testdata/script, its pages in a real Chromium, its database on a real
// PostgreSQL.
//
// It owns the harness for that: building the binary once, starting and stopping
// it as a process, a browser tab, pictures of pages. It never reaches into a
// room: what cannot be seen from outside is tested where it is made.
//
// What the tests need is named by the environment, which `make test` fills:
//
//	RSVPP_TEST_POSTGRES     a PostgreSQL to create databases in, as postgres://…
//	RSVPP_TEST_CHROMIUM     the path of a Chromium
//	RSVPP_TEST_AXE          the path of axe-core's axe.min.js
//	RSVPP_TEST_SCREENSHOTS  a folder to keep pictures in (otherwise thrown away)
package e2e
