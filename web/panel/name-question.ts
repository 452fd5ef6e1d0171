import { make } from '../dom.ts';

export interface NameQuestion {
  title: string;
  label: string;
  value?: string;
  confirm: string;
  /** What is wrong with a name, in words for people; undefined for one that is right. */
  check(name: string): string | undefined;
}

/** Asks for a name; undefined when the dialog is closed without one. */
export function askName(question: NameQuestion): Promise<string | undefined> {
  const input = make('input', { class: 'field', id: 'asked-name', autocomplete: 'off', spellcheck: 'false' });
  input.value = question.value ?? '';
  const wrong = make('p', { role: 'alert' });
  const cancel = make('button', { type: 'button', class: 'button' }, 'Cancel');
  const confirm = make('button', { type: 'submit', class: 'button primary' }, question.confirm);
  const form = make(
    'form',
    { class: 'name-form' },
    make('label', { for: 'asked-name' }, question.label),
    input,
    wrong,
    make('div', { class: 'buttons' }, cancel, confirm),
  );
  const dialog = make('dialog', { class: 'dialog question', 'aria-label': question.title });
  dialog.append(make('h2', {}, question.title), form);
  document.body.append(dialog);
  let answer: string | undefined;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const name = input.value.trim();
    const problem = question.check(name);
    wrong.textContent = problem ?? '';
    if (problem !== undefined) return;
    answer = name;
    dialog.close();
  });
  cancel.addEventListener('click', () => dialog.close());
  dialog.showModal();
  input.select();
  return new Promise((answered) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      answered(answer);
    });
  });
}
