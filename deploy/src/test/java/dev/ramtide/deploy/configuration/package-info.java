/** Values that nobody typed reach the real verbs and a real broker. */
@NullMarked
package dev.ramtide.deploy.configuration;

import org.jspecify.annotations.NullMarked;
