/** Small records that outlive the page: image names and configs. Values are structured-cloneable. */
export interface MetadataStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  /** Removing what is not there is no error. */
  delete(key: string): Promise<void>;
  /** All the records whose keys begin with the prefix. */
  entries(prefix: string): Promise<[key: string, value: unknown][]>;
  /** Calls with the key of every record that somebody else sets or deletes, in another tab, after the fact. */
  onForeignChange(listener: (key: string) => void): void;
}
