package webhook

// Signature is for the published example.
var Signature = signature
