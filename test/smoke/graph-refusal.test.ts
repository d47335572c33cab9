import { writeRefusal } from '../../lib/smoke/graph-refusal';

const errorOf = (code: string, message: string): Error => Object.assign(new Error(message), { code });

describe('a refused write on a graph', () => {
  test.each([
    ['BoltProtocol.unexpectedException', 'openCypher update attempted on read-only replica'],
    ['Neo.ClientError.General.ForbiddenOnReadOnlyDatabase', 'not allowed'],
    ['Neo.ClientError.Cluster.NotALeader', 'No write operations are allowed directly on this database'],
  ])('is known by %s', (code, message) => {
    expect(writeRefusal(errorOf(code, message))).toBe(code);
  });

  test.each([
    ['ServiceUnavailable', 'Failed to connect to server'],
    ['Neo.ClientError.Security.Unauthorized', 'The client is unauthorized due to authentication failure.'],
    ['Neo.ClientError.Statement.SyntaxError', 'Invalid input'],
    ['Neo.TransientError.General.DatabaseUnavailable', 'try again'],
  ])('is not what %s says', (code, message) => {
    expect(writeRefusal(errorOf(code, message))).toBeUndefined();
  });

  test('is no thing that is no error', () => expect(writeRefusal('read-only replica')).toBeUndefined());
});
