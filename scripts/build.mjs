// `npm run build`: compiles and bundles everything, whatever the times of the files say.

import { build, installed } from './ready.mjs';

installed();
build();
