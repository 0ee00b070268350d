import { ListView } from './list-view.ts';
import { RunView } from './run-view.ts';

const main = document.querySelector('main')!;
const [, key] = /^[^/]+\/\/[^/]+\/run\/([0-9a-f]+)(?:[?#]|$)/.exec(location.href) ?? [];
if (key === undefined) new ListView(main);
else new RunView(main, key);
