/** What TypeScript's DOM library leaves out because not every browser has it. */
interface SaveFilePickerOptions {
  suggestedName?: string;
}

interface FileSystemHandle {
  /** https://wicg.github.io/file-system-access/#api-filesystemhandle-requestpermission */
  requestPermission?(options: { mode: 'read' | 'readwrite' }): Promise<PermissionState>;
}

interface Window {
  /** https://wicg.github.io/file-system-access/#api-showdirectorypicker */
  showDirectoryPicker?(options?: { mode?: 'read' | 'readwrite' }): Promise<FileSystemDirectoryHandle>;
  /** https://wicg.github.io/file-system-access/#api-showsavefilepicker */
  showSaveFilePicker?(options?: SaveFilePickerOptions): Promise<FileSystemFileHandle>;
}
