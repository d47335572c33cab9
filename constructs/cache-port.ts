/** TCP port of every cache, and of a serverless one for writes. */
export const CACHE_PORT = 6379;

/**
 * TCP port of a serverless cache for reads that may be a little behind.
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/wwe-troubleshooting.html (security groups: 6379 and 6380)
 */
export const CACHE_READER_PORT = 6380;
