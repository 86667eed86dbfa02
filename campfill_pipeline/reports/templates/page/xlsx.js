/* A workbook of one sheet, written by hand: a ZIP of six small XML files, nothing compressed (Office Open XML). */

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const FORMAT = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const TYPE = `${FORMAT}.sheet`;

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/* Control signs are no XML at all, not even escaped. */
const escaped = (text) =>
  String(text)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[&<>"]/g, (sign) => ESCAPES[sign]);

const STYLES = { text: 0, head: 1, date: 2, number: 3 };
const styles = `${XML}<styleSheet xmlns="${MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="dd.mm.yyyy"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>
<cellXfs count="4"><xf/><xf fontId="1" applyFont="1"/><xf numFmtId="164" applyNumberFormat="1"/>
<xf numFmtId="4" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;

const DAY = 864e5;
const serial = (day) => Math.round((Date.parse(`${day}T00:00:00Z`) - Date.UTC(1899, 11, 30)) / DAY);
const column = (at) =>
  (at < 26 ? "" : String.fromCharCode(64 + Math.floor(at / 26))) + String.fromCharCode(65 + (at % 26));
const textCell = (place, text, style) =>
  `<c r="${place}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;
const cell = (kind, value, place) => {
  if (value === null || value === undefined) return "";
  if (kind === "number") return `<c r="${place}" s="${STYLES.number}"><v>${escaped(value)}</v></c>`;
  if (kind === "date") return `<c r="${place}" s="${STYLES.date}"><v>${serial(value)}</v></c>`;
  return textCell(place, value, STYLES.text);
};
const sheet = (columns, rows) => {
  const last = `${column(columns.length - 1)}${rows.length + 1}`;
  const heads = columns.map(({ name }, at) => textCell(`${column(at)}1`, name, STYLES.head)).join("");
  const body = rows.map((values, down) => {
    const cells = values
      .map((value, at) => cell(columns[at].kind, value, `${column(at)}${down + 2}`))
      .join("");
    return `<row r="${down + 2}">${cells}</row>`;
  });
  const frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  return `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">${frozen}</sheetView></sheetViews>
<cols><col min="1" max="1" width="60" customWidth="1"/>
<col min="2" max="${columns.length}" width="16" customWidth="1"/></cols>
<sheetData><row r="1">${heads}</row>${body.join("")}</sheetData><autoFilter ref="A1:${last}"/></worksheet>`;
};
const relation = (id, type, target) =>
  `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
const relations = (...all) =>
  `${XML}<Relationships xmlns="${PACKAGE}/relationships">${all.join("")}</Relationships>`;
const override = (part, type) => `<Override PartName="${part}" ContentType="${type}"/>`;
const parts = (name, columns, rows) => ({
  "[Content_Types].xml": `${XML}<Types xmlns="${PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>${override("/xl/workbook.xml", `${TYPE}.main+xml`)}
${override("/xl/worksheets/sheet1.xml", `${FORMAT}.worksheet+xml`)}
${override("/xl/styles.xml", `${FORMAT}.styles+xml`)}</Types>`,
  "_rels/.rels": relations(relation("r1", "officeDocument", "xl/workbook.xml")),
  "xl/workbook.xml": `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>
<sheet name="${escaped(name)}" sheetId="1" r:id="r1"/></sheets></workbook>`,
  "xl/_rels/workbook.xml.rels": relations(
    relation("r1", "worksheet", "worksheets/sheet1.xml"),
    relation("r2", "styles", "styles.xml"),
  ),
  "xl/styles.xml": styles,
  "xl/worksheets/sheet1.xml": sheet(columns, rows),
});

const CRC = Uint32Array.from({ length: 256 }, (_, at) => {
  let code = at;
  for (let bit = 0; bit < 8; bit++) code = code & 1 ? 0xedb88320 ^ (code >>> 1) : code >>> 1;
  return code;
});
const checksum = (bytes) => {
  let code = 0xffffffff;
  for (const byte of bytes) code = CRC[(code ^ byte) & 255] ^ (code >>> 8);
  return (code ^ 0xffffffff) >>> 0;
};
/* Numbers of a ZIP header: [bytes, value] pairs, little-endian. */
const packed = (...numbers) => {
  const out = [];
  for (const [size, value] of numbers) for (let at = 0; at < size; at++) out.push((value >>> (8 * at)) & 255);
  return Uint8Array.from(out);
};
const NEW_YEAR_1980 = 0x0021;
const zip = (files) => {
  const out = [],
    directory = [];
  let offset = 0,
    length = 0;
  for (const [path, text] of Object.entries(files)) {
    const encoder = new TextEncoder();
    const name = encoder.encode(path),
      bytes = encoder.encode(text);
    const sizes = [
      [4, checksum(bytes)],
      [4, bytes.length],
      [4, bytes.length],
      [2, name.length],
      [2, 0],
    ];
    const shared = [[2, 20], [2, 0x0800], [2, 0], [2, 0], [2, NEW_YEAR_1980], ...sizes];
    const local = packed([4, 0x04034b50], ...shared);
    const central = packed([4, 0x02014b50], [2, 20], ...shared, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]);
    out.push(local, name, bytes);
    directory.push(central, name);
    offset += local.length + name.length + bytes.length;
    length += central.length + name.length;
  }
  const count = Object.keys(files).length;
  const end = packed(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, length],
    [4, offset],
    [2, 0],
  );
  return new Blob([...out, ...directory, end], { type: TYPE });
};

/* `name` is the sheet's; `columns` have a name and a kind (text, number, date); numbers are decimal strings, dates ISO
   days. */
export const workbook = (name, columns, rows) => zip(parts(name, columns, rows));
