// SPDX-License-Identifier: GPL-2.0-or-later
import { byId, element } from './dom.js';

/** Distance from what is explained, and from the edges, in pixels. */
const GAP = 8;

/** A name whose meaning is shown while it is pointed at or has the focus. */
export function term(name: string, meaning: string | undefined): HTMLElement | Text {
  if (meaning === undefined) return document.createTextNode(name);
  const plain = meaning.replaceAll('`', '');
  const made = element('span', { class: 'term', tabindex: '0', 'aria-description': plain }, name);
  made.addEventListener('pointerenter', () => show(made, plain));
  made.addEventListener('focus', () => show(made, plain));
  made.addEventListener('pointerleave', hide);
  made.addEventListener('blur', hide);
  made.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') hide();
  });
  return made;
}

function show(of: HTMLElement, text: string): void {
  const tip = byId('tip');
  tip.textContent = text;
  tip.hidden = false;
  const place = of.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const right = document.documentElement.clientWidth - width - GAP;
  const below = place.bottom + GAP;
  const fits = below + height < window.innerHeight;
  tip.style.left = `${Math.max(GAP, Math.min(place.left, right))}px`;
  tip.style.top = `${fits ? below : place.top - height - GAP}px`;
}

function hide(): void {
  byId('tip').hidden = true;
}
