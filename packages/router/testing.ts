// The public interface of polystore-router/testing: what stands here is covered by its version, nothing else is.
export * from '../../lib/testing';
