package polystore

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/rds/auth"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// ReadParts reads all that a deployment publishes; prefix is /<tier>/<stage>.
func ReadParts(ctx context.Context, cfg aws.Config, prefix string) (Parts, error) {
	parts := Parts{}
	pages := ssm.NewGetParametersByPathPaginator(ssm.NewFromConfig(cfg),
		&ssm.GetParametersByPathInput{Path: &prefix, Recursive: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, parameter := range page.Parameters {
			parts[strings.TrimPrefix(*parameter.Name, prefix+"/")] = *parameter.Value
		}
	}
	return parts, nil
}

// AWS is who knows secrets and signs tokens.
type AWS struct{ Config aws.Config }

func (from AWS) Secret(ctx context.Context, arn string) (string, error) {
	value, err := secretsmanager.NewFromConfig(from.Config).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
	if err != nil {
		return "", err
	}
	return *value.SecretString, nil
}

func (from AWS) Token(ctx context.Context, endpoint, region, role string) (string, error) {
	return auth.BuildAuthToken(ctx, endpoint, region, role, from.Config.Credentials)
}
