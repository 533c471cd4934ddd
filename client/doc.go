// Package client speaks the REST API of an rsvpp server.
//
// It owns the wire types, retries, paging and the watching of tasks. It needs
// nothing of the server's own code, and never shows the API key it holds.
package client
