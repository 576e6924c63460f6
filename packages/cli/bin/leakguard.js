#!/usr/bin/env node
// Not built, so that it is there, and executable, when a checkout is installed.
import '../dist/bin.js';
