import type { Terminal } from '@xterm/xterm';

export interface Renderer {
  /** Draws by WebGL where that is fast; xterm's DOM renderer stays otherwise, and comes back when the context is lost. */
  attach(): void;
}

type WebglModule = typeof import('@xterm/addon-webgl');
let loading: Promise<WebglModule | null> | undefined;

export function webglRenderer(terminal: Terminal): Renderer {
  let attached = false;
  const load = async () => {
    const module = await (loading ??= loadWebgl());
    if (!module || attached || !terminal.element) return;
    attached = true;
    tryToDraw(terminal, module, () => (attached = false));
  };
  return { attach: () => void load() };
}

/** A browser drops the oldest contexts when many terminals are open; a terminal takes a new one when it is shown again. */
function tryToDraw(terminal: Terminal, module: WebglModule, lost: () => void): void {
  const addon = new module.WebglAddon();
  addon.onContextLoss(() => {
    addon.dispose();
    lost();
  });
  try {
    terminal.loadAddon(addon);
  } catch {
    addon.dispose();
  }
}

/** After the first paint: the addon is a third of xterm's size and nothing waits for it. */
async function loadWebgl(): Promise<WebglModule | null> {
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  return hasFastWebgl() ? import('@xterm/addon-webgl') : null;
}

/** WebGL in software is slower than the DOM renderer, and not every browser owns up to it by the attribute. */
function hasFastWebgl(): boolean {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('webgl2', { failIfMajorPerformanceCaveat: true });
  if (!context) return false;
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const renderer = info ? String(context.getParameter(info.UNMASKED_RENDERER_WEBGL)) : '';
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return !/swiftshader|llvmpipe|software|basic render/i.test(renderer);
}
