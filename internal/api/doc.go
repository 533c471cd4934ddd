// Package api is the REST door: everything the console can do, for programs.
//
// It owns the routes, the JSON of requests and answers, and the OpenAPI
// document made from them. It never decides anything: it translates, calls the
// same services as the console, and translates back.
package api
