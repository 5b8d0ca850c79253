package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
)

type loader struct {
	stack  Stack
	client *http.Client
}

type object = map[string]any

// account signs an account up and in, and sends its visitors' leads.
func (l loader) account(ctx context.Context, a Account) error {
	formKey, err := l.signUp(ctx, a)
	if err != nil {
		return err
	}
	if a.Admin {
		return l.makeAdmin(ctx, a)
	}
	for i := range a.Leads {
		// The oldest first, so that the list begins with the last.
		if err := l.post(ctx, "/forms/"+formKey+"/leads", visitor(a, i), nil); err != nil {
			return err
		}
	}
	return nil
}

// signUp makes an account and returns the key of its form.
func (l loader) signUp(ctx context.Context, a Account) (formKey string, err error) {
	if err := l.post(ctx, "/signup", object{"email": a.Email, "name": a.Name, "password": Password}, nil); err != nil {
		return "", err
	}
	code, err := l.code(ctx, a.Email)
	if err != nil {
		return "", err
	}
	if err := l.post(ctx, "/signup/confirm", object{"email": a.Email, "code": code}, nil); err != nil {
		return "", err
	}
	var tokens struct{ AccessToken string }
	if err := l.post(ctx, "/login", object{"email": a.Email, "password": Password}, &tokens); err != nil {
		return "", err
	}
	var me struct{ FormKey string }
	err = l.do(ctx, http.MethodGet, l.stack.API+"/me", nil, tokens.AccessToken, &me)
	return me.FormKey, err
}

func (l loader) code(ctx context.Context, address string) (string, error) {
	var mails []struct{ Code string }
	if err := l.do(ctx, http.MethodGet, l.stack.AWS+"/_local/mail?to="+url.QueryEscape(address), nil, "", &mails); err != nil {
		return "", err
	}
	if len(mails) == 0 {
		return "", fmt.Errorf("no code was mailed")
	}
	return mails[len(mails)-1].Code, nil
}

// makeAdmin puts an account into the group admins with AWS's own API.
func (l loader) makeAdmin(ctx context.Context, a Account) error {
	client := cognitoidentityprovider.New(cognitoidentityprovider.Options{
		Region:       "us-east-1",
		BaseEndpoint: &l.stack.AWS,
		Credentials:  credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient:   l.client,
	})
	_, err := client.AdminAddUserToGroup(ctx, &cognitoidentityprovider.AdminAddUserToGroupInput{
		UserPoolId: &l.stack.UserPoolID, Username: &a.Email, GroupName: aws.String("admins"),
	})
	return err
}

func (l loader) post(ctx context.Context, path string, document, into any) error {
	return l.do(ctx, http.MethodPost, l.stack.API+path, document, "", into)
}

// do sends one request, with a JSON document and a bearer token where there are
// any, and decodes the answer into what into points to.
func (l loader) do(ctx context.Context, method, address string, document any, token string, into any) error {
	body, err := json.Marshal(document)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := l.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, request.URL.Path, response.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}
