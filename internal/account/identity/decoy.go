package identity

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// decoy is the userId of a user who is no more, for the answer to a sign-up that made
// none. Only the pool knows how its userIds look: they have the form of a UUID, but
// are of no version, and that of a random one would tell.
type decoy struct {
	userID string
	err    error
	// left is why the user could not be removed.
	left error
}

// removalTimeout bounds the removal of a decoy, which is tried even when the request
// has no time left.
const removalTimeout = 3 * time.Second

// makeDecoy has the pool make a user and removes it at once. It is begun for every
// sign-up, beside it, so that neither what it takes nor its failing tells anything.
//
// The user has an address that nobody can have, gets no mail and no password that
// anybody knows, and nothing but the answer ever names it. So one that is left behind,
// when this stops half-way, can do nothing and is in nobody's way.
func (d *Desk) makeDecoy(ctx context.Context) <-chan decoy {
	done := make(chan decoy, 1)
	go func() { done <- d.passUser(ctx, "decoy-"+strings.ToLower(rand.Text())+"@clientflow.invalid") }()
	return done
}

// passUser makes a user and removes it.
func (d *Desk) passUser(ctx context.Context, username string) (made decoy) {
	user, err := d.pool.AdminCreateUser(ctx, &cognitoidentityprovider.AdminCreateUserInput{
		UserPoolId:    &d.poolID,
		Username:      &username,
		MessageAction: types.MessageActionTypeSuppress,
	})
	if err != nil {
		return decoy{err: fmt.Errorf("make a decoy: %w", err)}
	}
	removing, cancel := context.WithTimeout(context.WithoutCancel(ctx), removalTimeout)
	defer cancel()
	_, err = d.pool.AdminDeleteUser(removing, &cognitoidentityprovider.AdminDeleteUserInput{UserPoolId: &d.poolID, Username: &username})
	if err != nil {
		made.left = fmt.Errorf("a decoy is left in the user pool: %w", err)
	}
	if made.userID = subOf(user.User); made.userID == "" {
		made.err = errors.New("make a decoy: the user pool gave it no sub")
	}
	return made
}

func subOf(user *types.UserType) string {
	if user == nil {
		return ""
	}
	for _, attribute := range user.Attributes {
		if aws.ToString(attribute.Name) == "sub" {
			return aws.ToString(attribute.Value)
		}
	}
	return ""
}
