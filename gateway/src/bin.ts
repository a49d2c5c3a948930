#!/usr/bin/env node
console.log("ashlar", process.version, process.argv.slice(2))
