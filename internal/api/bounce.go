package api

import "context"

// largestBounce is more than mail servers send back.
const largestBounce = 1 << 20

type bounceInput struct {
	File Uploaded
}

// Bounce tells what a message that came back meant.
type Bounce struct {
	Outcome  string `json:"outcome,omitempty" enum:",bounced,complained,accepted" doc:"accepted for a letter that is only late; missing when the message says nothing of the sort."`
	News     bool   `json:"news" doc:"Something was written; false when it was known already."`
	Sentence string `json:"sentence"`
}

func (d *Door) bounce(ctx context.Context, in *bounceInput) (*answer[Bounce], error) {
	raw, err := in.File.bytes()
	if err != nil {
		return nil, err
	}
	said, err := d.Letters.Bounce(ctx, raw)
	return answered(Bounce{string(said.Outcome), said.News, said.Sentence}, err)
}
