import { dynamodb, existingKey, parseTier, provisioned, type TierDefinition } from '../../lib/definition';

export const KEY_ELSEWHERE = 'arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000';

/** A tier of tables: one of sessions that go, and one of scores that is sorted, indexed and paid by the hour. */
export const tableTier = (stage: 'dev' | 'prod'): TierDefinition =>
  parseTier(
    {
      name: 'game',
      stages: {
        dev: { profile: 'disposable' },
        prod: {
          profile: 'protected',
          env: { account: '111122223333', region: 'eu-west-1' },
          zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
          stores: { sessions: { replicas: { 'eu-central-1': { encryptionKey: existingKey(KEY_ELSEWHERE) } } } },
        },
      },
      stores: {
        sessions: dynamodb({
          partitionKey: 'id',
          timeToLive: 'expiresAt',
          indexes: { byUser: { partitionKey: 'user' } },
        }),
        scores: dynamodb({
          partitionKey: 'player',
          sortKey: { name: 'at', type: 'number' },
          indexes: {
            byScore: { sortKey: { name: 'score', type: 'number' }, projection: 'keys' },
            byLevel: { partitionKey: { name: 'level', type: 'number' }, projection: ['score'] },
          },
          stream: 'new',
          capacity: provisioned({ reads: { min: 5, max: 50 }, writes: { min: 2, max: 20 } }),
        }),
      },
      services: {
        web: { uses: { sessions: 'write', scores: 'read' }, principal: 'arn:aws:iam::111122223333:role/web' },
        reports: { uses: { scores: 'read' } },
      },
    },
    { stage },
  );
