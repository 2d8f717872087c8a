// What monaco.mjs is made of: Monaco Editor with what a manifest needs, and nothing else. No worker is among it, for
// nothing here asks for one, so the page's policy for scripts stays as it is. To make it again, beside this file:
//   npm install monaco-editor@0.57.0 esbuild@0.28.2
//   npx esbuild monaco.entry.js --bundle --format=esm --minify --outfile=monaco.mjs --loader:.ttf=file \
//     --asset-names=[name] --legal-comments=none
import 'monaco-editor/features/codeEditor/register'
import 'monaco-editor/features/codicon/register'
import 'monaco-editor/features/bracketMatching/register'
import 'monaco-editor/features/caretOperations/register'
import 'monaco-editor/features/clipboard/register'
import 'monaco-editor/features/comment/register'
import 'monaco-editor/features/contextmenu/register'
import 'monaco-editor/features/cursorUndo/register'
import 'monaco-editor/features/find/register'
import 'monaco-editor/features/folding/register'
import 'monaco-editor/features/gotoError/register'
import 'monaco-editor/features/hover/register'
import 'monaco-editor/features/indentation/register'
import 'monaco-editor/features/linesOperations/register'
import 'monaco-editor/features/multicursor/register'
import 'monaco-editor/features/readOnlyMessage/register'
import 'monaco-editor/features/smartSelect/register'
import 'monaco-editor/features/snippet/register'
import 'monaco-editor/editor/contrib/suggest/browser/suggestController'
import 'monaco-editor/features/toggleTabFocusMode/register'
import 'monaco-editor/features/tokenization/register'
import 'monaco-editor/features/wordOperations/register'
import 'monaco-editor/languages/definitions/yaml/register'
export { editor, languages, KeyCode, KeyMod, MarkerSeverity, Range } from 'monaco-editor/editor/editor.api'
