/** What the tests of several of the sink's rooms share. */
@NullMarked
package dev.ramtide.sink;

import org.jspecify.annotations.NullMarked;
