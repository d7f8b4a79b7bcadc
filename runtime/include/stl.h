/* A queue of pointers, first in first out. Header only; memory comes from lunet_mem.h. */
#ifndef LUNET_STL_H
#define LUNET_STL_H

#include "lunet_mem.h"

typedef struct queue_node {
    void *data;
    struct queue_node *next;
} queue_node_t;

typedef struct {
    queue_node_t *head;
    queue_node_t *tail;
    int size;
} queue_t;

/* An empty queue; NULL without memory. */
static inline queue_t *queue_init(void)
{
    return (queue_t *)lunet_calloc(1, sizeof(queue_t));
}

/* Adds at the end. Returns 0, or -1 without memory. */
static inline int queue_enqueue(queue_t *queue, void *data)
{
    queue_node_t *node = (queue_node_t *)lunet_alloc(sizeof(*node));
    if (node == NULL) {
        return -1;
    }
    node->data = data;
    node->next = NULL;
    if (queue->tail == NULL) {
        queue->head = node;
    } else {
        queue->tail->next = node;
    }
    queue->tail = node;
    queue->size++;
    return 0;
}

/* Takes the first; NULL when the queue is empty. */
static inline void *queue_dequeue(queue_t *queue)
{
    queue_node_t *node = queue->head;
    if (node == NULL) {
        return NULL;
    }
    void *data = node->data;
    queue->head = node->next;
    if (queue->head == NULL) {
        queue->tail = NULL;
    }
    queue->size--;
    lunet_free(node);
    return data;
}

/* The first, which stays; NULL when the queue is empty. */
static inline void *queue_peek(const queue_t *queue)
{
    return queue->head == NULL ? NULL : queue->head->data;
}

static inline int queue_is_empty(const queue_t *queue)
{
    return queue->size == 0;
}

static inline int queue_size(const queue_t *queue)
{
    return queue->size;
}

/* Frees the queue, not what was in it. `queue` may be NULL. */
static inline void queue_destroy(queue_t *queue)
{
    if (queue == NULL) {
        return;
    }
    while (!queue_is_empty(queue)) {
        queue_dequeue(queue);
    }
    lunet_free(queue);
}

#endif
