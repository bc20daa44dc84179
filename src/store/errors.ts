/** The disk would not take or give what the store asked: it is full, failing or held. What was asked did not happen. */
export class StorageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
  }
}
