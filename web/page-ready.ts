/** The entry runs while the HTML still arrives, to start the machine; what touches the page waits for its parts and styles. */
export async function pageReady(): Promise<void> {
  if (document.readyState === 'loading') await once(document, 'DOMContentLoaded');
  for (const link of document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')) {
    if (!link.sheet) await Promise.race([once(link, 'load'), once(link, 'error')]);
  }
}

function once(target: EventTarget, name: string): Promise<Event> {
  return new Promise((fired) => target.addEventListener(name, fired, { once: true }));
}
