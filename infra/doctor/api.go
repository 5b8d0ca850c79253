package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// patience is how long the API may take to answer, a cold start included.
const patience = 10 * time.Second

// api asks the API whether it is there.
func (p *patient) api(ctx context.Context) []finding {
	address := p.Outputs["ApiUrl"]
	what := "API " + address
	todo := "See the functions' log, /clientflow/" + p.Stage() + "/functions; with a domain name of your own, see that its DNS names the output DomainTarget."
	if !p.onAWS {
		todo = "See .build/functions.log."
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/health", nil)
	if err != nil {
		return []finding{unknown(what, err)}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return []finding{found(what, todo, "does not answer: "+err.Error())}
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return []finding{found(what, todo, fmt.Sprintf("answers %d", response.StatusCode))}
	}
	return []finding{{what: what}}
}
