/** What TypeScript's DOM library leaves out because not every browser has it. */
interface SaveFilePickerOptions {
  suggestedName?: string;
}

interface Window {
  /** https://wicg.github.io/file-system-access/#api-showsavefilepicker */
  showSaveFilePicker?(options?: SaveFilePickerOptions): Promise<FileSystemFileHandle>;
}
