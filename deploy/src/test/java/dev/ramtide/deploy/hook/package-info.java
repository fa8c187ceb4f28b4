/** What runs while a guest stands, and what it ties to a checkpoint. */
@NullMarked
package dev.ramtide.deploy.hook;

import org.jspecify.annotations.NullMarked;
