import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { HighlightStyle, indentOnInput, bracketMatching, syntaxHighlighting } from '@codemirror/language';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { languageOf } from './language.ts';

export interface CodeEditor {
  readonly text: string;
  /** Keeps the place where that is possible. */
  replace(text: string): void;
  focus(): void;
  dispose(): void;
}

export interface CodeEditorOptions {
  name: string;
  text: string;
  changed(): void;
  save(): void;
}

/** An editor for text, in colours of the page's. Tab leaves it, as the keyboard must be able to. */
export function createCodeEditor(host: HTMLElement, options: CodeEditorOptions): CodeEditor {
  const save = { key: 'Mod-s', preventDefault: true, run: () => (options.save(), true) };
  const language = languageOf(options.name, options.text.slice(0, 200).split('\n')[0] ?? '');
  const view = new EditorView({
    parent: host,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        EditorState.lineSeparator.of(options.text.includes('\r\n') ? '\r\n' : '\n'),
        keymap.of([save, ...defaultKeymap, ...historyKeymap, ...searchKeymap]),
        ...(language ? [language] : []),
        syntaxHighlighting(colours),
        theme,
        EditorView.contentAttributes.of({ 'aria-label': options.name }),
        EditorView.updateListener.of(({ docChanged }) => {
          if (docChanged) options.changed();
        }),
      ],
    }),
  });
  return {
    get text() {
      return view.state.sliceDoc();
    },
    replace: (text) => {
      const head = Math.min(view.state.selection.main.head, text.length);
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: head },
      });
    },
    focus: () => view.focus(),
    dispose: () => view.destroy(),
  };
}

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--terminal)', color: 'var(--text)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5', scrollbarWidth: 'thin' },
  '.cm-content': { caretColor: 'var(--glass)' },
  '.cm-cursor': { borderLeftColor: 'var(--glass)' },
  '.cm-gutters': { backgroundColor: 'var(--terminal)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--glass) 28%, transparent)',
  },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in srgb, var(--cork) 22%, transparent)' },
  '.cm-panels': { backgroundColor: 'var(--bar)', color: 'var(--text)', borderColor: 'var(--line)' },
});

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: 'var(--code-number)' },
  { tag: [tags.comment, tags.meta], color: 'var(--muted)', fontStyle: 'italic' },
  {
    tag: [tags.propertyName, tags.attributeName, tags.definition(tags.variableName)],
    color: 'var(--code-name)',
  },
  { tag: [tags.tagName, tags.typeName, tags.standard(tags.variableName)], color: 'var(--glass)' },
]);
