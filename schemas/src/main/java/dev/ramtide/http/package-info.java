/** Answers of other servers, which may not end. Any thread. */
@NullMarked
package dev.ramtide.http;

import org.jspecify.annotations.NullMarked;
