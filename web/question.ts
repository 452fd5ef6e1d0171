import { byId, onClick } from './dom.ts';

export interface Question {
  title: string;
  text: string;
  confirm: string;
  dangerous?: boolean;
}

/** Asks in a dialog; false when it is closed in any other way than by confirming. */
export function ask(question: Question): Promise<boolean> {
  const dialog = byId('question', HTMLDialogElement);
  fill(question);
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((answered) => {
    dialog.addEventListener('close', () => answered(dialog.returnValue === confirmed), { once: true });
  });
}

/** Once, for all questions. */
export function installQuestions(): void {
  const dialog = byId('question', HTMLDialogElement);
  onClick('question-confirm', () => dialog.close(confirmed));
  onClick('question-cancel', () => dialog.close());
}

const confirmed = 'confirmed';

function fill(question: Question): void {
  const confirm = byId('question-confirm', HTMLButtonElement);
  byId('question-title', HTMLElement).textContent = question.title;
  byId('question-text', HTMLElement).textContent = question.text;
  confirm.textContent = question.confirm;
  confirm.className = `button ${question.dangerous ? 'danger' : 'primary'}`;
}
