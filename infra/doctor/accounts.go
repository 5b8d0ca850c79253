package main

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	cip "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"clientflow/infra/local/template"
	"clientflow/internal/tenant"
)

// accounts looks at the user pools, their clients, and whether there is an admin.
func (p *patient) accounts(ctx context.Context) []finding {
	client := cip.NewFromConfig(p.AWS)
	var all []finding
	for _, wanted := range p.wanted.Pools {
		all = append(all, p.pool(ctx, client, wanted))
	}
	for _, wanted := range p.wanted.Clients {
		all = append(all, p.client(ctx, client, wanted))
	}
	return append(all, p.admins(ctx, client))
}

func (p *patient) pool(ctx context.Context, client *cip.Client, wanted template.UserPool) finding {
	what := "user pool " + wanted.LogicalID
	id, err := p.Resource(wanted.LogicalID)
	if err != nil {
		return found(what, p.redeploy(), err.Error())
	}
	out, err := client.DescribeUserPool(ctx, &cip.DescribeUserPoolInput{UserPoolId: &id})
	if err != nil {
		return unknown(what, err)
	}
	is := types.PasswordPolicyType{}
	if out.UserPool.Policies != nil && out.UserPool.Policies.PasswordPolicy != nil {
		is = *out.UserPool.Policies.PasswordPolicy
	}
	return found(what, p.redeploy(), complaints(
		differs("what users sign in with", names(out.UserPool.UsernameAttributes), "email"),
		differs("what is verified", names(out.UserPool.AutoVerifiedAttributes), "email"),
		differs("the length of passwords", int(aws.ToInt32(is.MinimumLength)), wanted.Password.MinimumLength),
		differs("that passwords need small letters", is.RequireLowercase, wanted.Password.Lowercase),
		differs("that passwords need capitals", is.RequireUppercase, wanted.Password.Uppercase),
		differs("that passwords need digits", is.RequireNumbers, wanted.Password.Digits),
		differs("that passwords need signs", is.RequireSymbols, wanted.Password.Signs),
	)...)
}

func (p *patient) client(ctx context.Context, client *cip.Client, wanted template.UserPoolClient) finding {
	what := "user pool client " + wanted.LogicalID
	out, err := client.DescribeUserPoolClient(ctx, &cip.DescribeUserPoolClientInput{
		UserPoolId: aws.String(p.Outputs["UserPoolId"]), ClientId: aws.String(p.Outputs["UserPoolClientId"]),
	})
	if err != nil {
		return unknown(what, err)
	}
	is := out.UserPoolClient
	return found(what, p.redeploy(), complaints(
		differs("the ways to sign in", names(is.ExplicitAuthFlows), names(wanted.Flows)),
		differs("that it hides who is unknown", is.PreventUserExistenceErrors == types.PreventUserExistenceErrorTypesEnabled, wanted.HideUnknownUsers),
		differs("that tokens can be revoked", aws.ToBool(is.EnableTokenRevocation), wanted.Revocation),
		differs("that it has a secret", aws.ToString(is.ClientSecret) != "", wanted.Secret),
	)...)
}

// admins wants one admin who has confirmed the address.
func (p *patient) admins(ctx context.Context, client *cip.Client) finding {
	const what = "an admin"
	todo := "Sign up at " + p.Outputs["ApiUrl"] + ", confirm the address, and then: " + p.command("admin EMAIL=…")
	out, err := client.ListUsersInGroup(ctx, &cip.ListUsersInGroupInput{
		UserPoolId: aws.String(p.Outputs["UserPoolId"]), GroupName: aws.String(tenant.AdminGroup),
	})
	if err != nil {
		return unknown(what, err)
	}
	if !slices.ContainsFunc(out.Users, func(u types.UserType) bool {
		return u.Enabled && u.UserStatus == types.UserStatusTypeConfirmed
	}) {
		return found(what, todo, "there is none who can sign in")
	}
	return finding{what: what}
}

// names are sorted, since their order means nothing.
func names[T ~string](all []T) string {
	var texts []string
	for _, name := range all {
		texts = append(texts, string(name))
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}
