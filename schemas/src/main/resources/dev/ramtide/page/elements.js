// What is written into the page, always as text: a name or a reason from the server is never markup.

export function byId(id) {
  return document.getElementById(id);
}

/** Writes a text only where it differs, so that a screen reader and the layout are left alone. */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** A new element with a class and content: texts and elements. */
export function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  made.append(...content);
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** A new SVG element. */
export function shape(name, className, attributes, text) {
  const made = document.createElementNS(SVG, name);
  made.setAttribute('class', className);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  if (text !== undefined) {
    made.textContent = text;
  }
  return made;
}

/** A row of a table: the first cell heads it when asked; numbers are aligned. */
export function row(cells, headed) {
  return element(
    'tr',
    '',
    ...cells.map(({ text, number }, index) => {
      const cell = element(headed && index === 0 ? 'th' : 'td', number ? 'number' : '', text);
      if (headed && index === 0) {
        cell.scope = 'row';
      }
      return cell;
    }),
  );
}
