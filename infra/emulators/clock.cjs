// Lets a test move the clock of the program that requires it: each line on its
// standard input is a number of milliseconds to go forward, and is answered by "at".
'use strict'
let ahead = 0
const now = Date.now
const Real = Date
Date.now = () => now() + ahead
globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now())
    else super(...args)
  }
}
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  ahead += Number(line)
  process.stderr.write('at\n')
})
