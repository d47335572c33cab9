export { signerOf, type SignedFor, type Signing } from './signer';
