/** What a deployment sends by way of CDK's provider. */
export const step = (RequestType: 'Create' | 'Update' | 'Delete', ResourceProperties: object = {}) => ({
  RequestType,
  RequestId: 'r',
  StackId: 'arn:stack',
  LogicalResourceId: 'Step',
  ResourceType: 'Custom::Step',
  ...(RequestType === 'Create' ? {} : { PhysicalResourceId: 'as-it-was-made' }),
  ResourceProperties: { ServiceToken: 'arn:token', Templates: 'a digest', Code: 'a hash', ...ResourceProperties },
});
