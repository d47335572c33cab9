export { CacheLogin, type CacheLoginOptions, type CacheUsers } from './cache-login';
export { cacheLoginOf, type CacheLoginsOptions } from './cache-logins';
export { DocumentOwnerLogin, DocumentUserLogin, type DocumentLoginOptions } from './document-login';
export { documentLoginOf, type DocumentLoginsOptions } from './document-logins';
export { ElastiCacheUsers } from './elasticache-users';
export { rotateSecret, type RotatedLogin, type Rotation, type RotationOutcome } from './rotate-secret';
export { decodeRotationRequest, type RotationRequest, type RotationStep } from './rotation-step';
export { SecretsManagerVersions, type SecretValue, type SecretVersions, type VersionLabel } from './secret-versions';
